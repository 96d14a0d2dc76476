"""Words that no portal may have as its address."""

# Hosts that services, browsers and mail programs look for, and pages that we may want one day.
RESERVED = frozenset(
    """
    about abuse account accounts acme-challenge admin administrator alerts analytics api app apps assets auth
    autoconfig autodiscover backup billing blog board broadcasthost calendar cdn chat checkout client cloud
    cname community config console contact cpanel dashboard data database demo desk dev developer developers
    dmarc dns docs domain domains download downloads email example fallback faq feedback files find forum ftp
    git go graphql guest health healthz help hostmaster http https id image images imap img info internal
    invoice isatap legal live local localdomain localhost log login logout logs lists mail mailer mailer-daemon
    main media metrics mobile monitor monitoring mx my news newsletter nobody noc nobody noreply no-reply ns
    ns1 ns2 ns3 null oauth office old operator operators order owner pages partner partners pay payment payments
    phishing pop pop3 portal portals postmaster preview privacy private prod production proxy public readyz
    register relay reply root rss sales sandbox schema secure security server service services setup shop
    signin signout signup sip site sitemap smtp spam sso ssl staff stage staging static stats status store
    stripe subdomain support sysadmin system team tenant tenants terms test testing tls tools undefined update
    updates upload uploads usenet user users uucp vpn web webdisk webhook webhooks webmail webmaster whm whois
    wiki wpad ww www www1 www2 wwww xmpp
    """.split()  # noqa: SIM905 - a list to read
)

# Refused as a word within an address too, and in every lookalike spelling.
PLATFORM_WORDS = ("portico", "porticos", "porticohq")

# Refused wherever they occur.
PROFANE_PARTS = ("arschloch", "childporn", "faggot", "fuck", "hitler", "motherf", "nigger", "pedophil")

# Refused as a whole word only: they are parts of honest names (Scunthorpe, Dickens, Essex).
PROFANE_WORDS = frozenset(
    """
    wichser
    anal anus arse ass asshole bastard bitch boobs cock cocks cum cunt cunts dick dicks dildo fag
    faggots ficken fotze hure
    hurensohn jizz kike nazi nazis nutte penis piss porn porno pussy rape rapist schlampe scheisse sex sexy shit
    slut spic tits twat vagina wank wanker whore xxx
    """.split()  # noqa: SIM905 - a list to read
)
