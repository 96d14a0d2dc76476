"""The index by which staff find customers by what they keep, of words without accents: see accounts 0009."""

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


KEPT = r"left(replace(replace(replace(data::text, '\n', ' '), '\r', ' '), '\t', ' '), 100000)"
BUILD = rf"""
CREATE INDEX IF NOT EXISTS record_folded_words ON portal_core_savedrecord USING gin (to_tsvector('simple'::regconfig,
    translate({folded(KEPT)}, '@._-+/"''(),;:#', '                '))) WITH (fastupdate = off);
DROP INDEX IF EXISTS record_words;
"""
DROP = "DROP INDEX IF EXISTS record_folded_words;"


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0025_new_documents'),
    ]

    operations = [migrations.RunSQL(BUILD, DROP)]
