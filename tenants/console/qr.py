"""The picture that an authenticator app reads."""

from allauth.mfa.adapter import get_adapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.safestring import SafeString


def enrolment_picture(user: AbstractBaseUser, seed: str) -> SafeString:
    """An SVG element of the enrolment address. Safe: made of squares alone, no text of anybody enters it."""
    adapter = get_adapter()
    picture: str = adapter.build_totp_svg(adapter.build_totp_url(user, seed))
    return SafeString(picture[picture.index("<svg") :])
