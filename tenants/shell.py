"""What the frames around pages need, as plain values: the bar of a portal, the rail of a desk.

Context processors fill these (`shell` in portals, `desk_shell` at the desk, `console_shell` in the console);
the templates in templates/base read them and nothing else. Texts are already in the reader's language.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NavItem:
    """A place to go. `count` is shown when it is not None; `hot` marks one that needs somebody."""

    label: str
    href: str
    icon: str = ""
    current: bool = False
    count: int | None = None
    count_text: str = ""
    hot: bool = False


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Places of the rail under one heading; without `title` no heading shows, `label` names the group to all."""

    label: str
    items: tuple[NavItem, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """A portal's logo, with its size on the page; `dark_…` takes its place in the dark, where there is one.

    tile_in_light, tile_in_dark: it cannot be made out on the page's ground, and gets a small one of its own.
    is_alone: it says the name, which is not written beside it.
    """

    href: str
    width: int
    height: int
    alt: str = ""
    is_alone: bool = False
    dark_href: str = ""
    dark_width: int = 0
    dark_height: int = 0
    tile_in_light: bool = False
    tile_in_dark: bool = False


@dataclass(frozen=True, slots=True)
class Brand:
    """How a portal looks.

    name: the value of data-brand, as in the stylesheet at `/brand/{hash}.css`. voice: plain or classic.
    corners: soft or crisp. letter: stands on the swatch while there is no logo.
    """

    name: str
    hash: str
    letter: str
    voice: str = "plain"
    corners: str = "soft"
    logo: Logo | None = None

    @property
    def href(self) -> str:
        """The address of the brand's stylesheet on every host of the tenant."""
        return f"/brand/{self.hash}.css"


@dataclass(frozen=True, slots=True)
class Me:
    """Who is signed in. `caption` is the line under the name at the desk: the team or the role."""

    name: str
    href: str
    key: str = ""
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Updates:
    """The bell: where the list of updates is, and how many are new (as people read it, "99+" for many)."""

    href: str
    count: int = 0
    current: bool = False

    @property
    def count_text(self) -> str:
        """The number beside the bell; nothing for none."""
        return "" if not self.count else str(self.count) if self.count < 100 else "99+"


@dataclass(frozen=True, slots=True)
class LegalLink:
    """A link of the business at the foot of its portal, such as its privacy notice."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class PortalShell:
    """The frame of a customer's page; `me` is None for those who are not signed in (then only Sign in shows)."""

    portal_name: str
    brand: Brand
    nav: tuple[NavItem, ...] = ()
    tabs: tuple[NavItem, ...] = ()
    me: Me | None = None
    home_href: str = "/"
    sign_in_href: str = "/signin/"
    desk_href: str = ""
    emergency: str = ""
    links: tuple[LegalLink, ...] = ()
    updates: Updates | None = None


@dataclass(frozen=True, slots=True)
class DeskShell:
    """The frame of a desk page. `brand_href` loads the portal's colour for previews only."""

    portal_name: str
    groups: tuple[NavGroup, ...]
    me: Me
    home_href: str = "/desk/"
    brand_href: str = ""
    shortcuts: bool = True


@dataclass(frozen=True, slots=True)
class ConsoleShell:
    """The frame of an operator's page."""

    groups: tuple[NavGroup, ...] = ()
    me: Me | None = None
    home_href: str = "/console/"
