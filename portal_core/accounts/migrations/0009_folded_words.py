"""The index by which staff find customers, of words without accents: "Mueller" and "Muller" find "Müller".

The expression is that of `service_requests/customer_search.py` over `accounts/folded.py`: it is used only where they
are the same. In the place of `user_words`: older code goes on finding everybody meanwhile, reading the table instead.
Not concurrently, as in portal_core 0011; among 100,000 customers it takes some seconds in which none is written.
"""

from django.db import migrations

ALONE = {
    'ø': 'o', 'đ': 'd', 'ð': 'd', 'ł': 'l', 'ħ': 'h', 'ı': 'i', 'æ': 'ae', 'œ': 'oe', 'þ': 'th', 'ŋ': 'n', 'ſ': 's',
    'ß': 'ss', 'ς': 'σ',
}
SPELT_OUT = {'ä': 'ae', 'ö': 'oe', 'ü': 'ue', 'å': 'aa', 'ø': 'oe'}


def replaced(text, letters):
    single = {letter: other for letter, other in letters.items() if len(other) == 1}
    if single:
        text = f"translate({text}, '{''.join(single)}', '{''.join(single.values())}')"
    for letter in letters:
        if letter not in single:
            text = f"replace({text}, '{letter}', '{letters[letter]}')"
    return text


def folded(text):
    small = f'lower(normalize({text}, NFC))'
    ways = (small, replaced(small, SPELT_OUT))
    both = " || ' ' || ".join(
        rf"left(regexp_replace(normalize({replaced(way, ALONE)}, NFKD), '[\u0300-\u036f]', '', 'g'), 100000)"
        for way in ways
    )
    return f'CASE WHEN octet_length({text}) = char_length({text}) THEN lower({text}) ELSE {both} END'


DIGITS = r"regexp_replace(phone, '\D', '', 'g')"
KEPT = r"left(replace(replace(replace(remembered::text, '\n', ' '), '\r', ' '), '\t', ' '), 100000)"
BUILD = rf"""
CREATE INDEX IF NOT EXISTS user_folded_words ON accounts_user USING gin (to_tsvector('simple'::regconfig, translate(
    {folded('name')} || ' ' || {folded('email')} || ' ' || {folded(KEPT)} || ' ' || lower(phone || ' ' || {DIGITS}
    || ' ' || substr({DIGITS}, 2) || ' ' || substr({DIGITS}, 3) || ' ' || substr({DIGITS}, 4)
    || ' r' || reverse({DIGITS})), '@._-+/"''(),;:#', '                '))) WITH (fastupdate = off);
DROP INDEX IF EXISTS user_words;
"""
DROP = "DROP INDEX IF EXISTS user_folded_words;"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_fewer_indexes'),
    ]

    operations = [migrations.RunSQL(BUILD, DROP)]
