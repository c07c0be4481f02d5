"""Names of people, firms and places, in Latin and Cyrillic script, and how people misspell them."""

from __future__ import annotations

import unicodedata
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LATIN_FIRST = _words(
    "Anna James Sofía Lukas Zoë Marek Chloé Björn Inês Tomás Amélie Noah Emma Liam Olivia Jürgen Søren Łukasz Nadia "
    "Priya Kenji Yuki Haruto Mei Oliver Grace Ethan Mia Lucía Mateo Hélène Renée Øystein Ana Carlos Fatima Omar Ines "
    "Pavel Katarzyna Dániel Zsófia Niamh Siobhán Jack Ella Ruby Henry Isla Arjun"
)
LATIN_LAST = _words(
    "Müller García Smith Johnson Novák Kowalski Lefèvre Østergaard Núñez O'Brien Brown Williams Jones Rossi Bianchi "
    "Fernández Schröder Weiß Dubois Andersson Çelik Tanaka Suzuki Watanabe Nakamura Chen Wang Patel Singh Nguyen "
    "Murphy Walsh Becker Hoffmann Castro Almeida Costa Papadopoulos Horváth Nagy Szabó Björk Lindqvist Larsen Jansen "
    "de-Vries Campbell Stewart Taylor Wilson Moore Clark"
)
CYRILLIC_FIRST = _words("Олена Иван Мария Дмитро Тарас Юлія Милан Јована Георги Елена Андрій Наталія Петър Зорана")
CYRILLIC_LAST = _words("Шевченко Петров Иванова Коваленко Бондар Ђорђевић Јовановић Димитров Ткаченко Мельник Тодорова")

FIRM_FIRST = _words(
    "Alpine Blue Cedar Delta Ember Falcon Granite Harbor Iris Juniper Kestrel Lumen Meridian Nimbus Orchard Pioneer "
    "Quartz River Summit Terra Umbra Vertex Willow Xenon Yarrow Zephyr Atlas Boreal Cobalt Drift Echo Fjord Glacier "
    "Hollow Indigo Jade Krona Lagoon Mistral North Opal Prairie Quill Raven Solstice Tundra Union Velvet Wren Zenith"
)
FIRM_SECOND = _words(
    "Logistics Foods Systems Health Robotics Retail Energy Analytics Textiles Motors Media Pharma Finance Optics "
    "Materials Printing Security Education Travel Packaging Marine Aviation Software Labs Works"
)
FIRM_SUFFIX = {
    "US": "Inc",
    "CA": "Ltd",
    "GB": "Ltd",
    "DE": "GmbH",
    "FR": "SAS",
    "JP": "K.K.",
    "AU": "Pty Ltd",
}

INDUSTRIES = (
    "Manufacturing",
    "Retail",
    "Healthcare",
    "Financial services",
    "Software",
    "Logistics",
    "Education",
)

COUNTRIES = (
    # code, region, currency, weight
    ("US", "North America", "USD", 34),
    ("CA", "North America", "USD", 7),
    ("DE", "Europe", "EUR", 11),
    ("FR", "Europe", "EUR", 6),
    ("ES", "Europe", "EUR", 4),
    ("NL", "Europe", "EUR", 4),
    ("IE", "Europe", "EUR", 2),
    ("BG", "Europe", "EUR", 3),
    ("RS", "Europe", "EUR", 2),
    ("UA", "Europe", "EUR", 3),
    ("GB", "Europe", "GBP", 12),
    ("JP", "Asia Pacific", "JPY", 6),
    ("AU", "Asia Pacific", "USD", 4),
    ("SG", "Asia Pacific", "USD", 2),
)
CYRILLIC_COUNTRIES = {"BG", "RS", "UA"}
TAXED_COUNTRIES = {"DE", "FR", "ES", "NL", "IE", "BG", "GB"}
"""Where the company charges value-added tax, at 20 %."""

JOB_TITLES = (
    "Operations Manager",
    "Chief Financial Officer",
    "IT Director",
    "Head of Procurement",
    "Data Analyst",
    "Chief Executive Officer",
    "Warehouse Manager",
    "Sales Operations Lead",
)

_CYRILLIC = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщъыьэюяєіїґђјљњћџ",
        _words("a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sht a y _ e yu ya ye i yi g dj j lj nj c dz"),
        strict=True,
    )
) | {"ь": ""}
_LATIN = {"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "đ": "d"}


def latin(text: str) -> str:
    """`text` in plain ASCII letters: Cyrillic transliterated, diacritics dropped, other characters kept if ASCII."""
    letters = []
    for character in text:
        low = character.lower()
        plain = _CYRILLIC.get(low) if low in _CYRILLIC else _LATIN.get(low)
        if plain is None:
            letters.append(unicodedata.normalize("NFKD", character))
        else:
            letters.append(plain.capitalize() if character != low else plain)
    return "".join(letters).encode("ascii", "ignore").decode()


def person_name(rng: Random, country: str) -> tuple[str, str]:
    """First and last name of somebody in `country`."""
    if country in CYRILLIC_COUNTRIES and rng.random() < 0.8:
        return rng.choice(CYRILLIC_FIRST), rng.choice(CYRILLIC_LAST)
    return rng.choice(LATIN_FIRST), rng.choice(LATIN_LAST)


def mailbox(first: str, last: str, style: int) -> str:
    """The part of an address before the @, in one of four house styles."""
    given, family = (latin(name).lower().replace("'", "").replace(" ", "") for name in (first, last))
    return (
        f"{given}.{family}",
        f"{given[:1]}{family}",
        f"{given}_{family}",
        f"{family}.{given}",
    )[style % 4]


def misspelt(rng: Random, name: str) -> str:
    """`name` with one letter doubled, dropped or swapped with its neighbour; short names get a doubled letter."""
    if len(name) < 4:
        return name + name[-1]
    at = rng.randint(1, len(name) - 2)
    kind = rng.randint(0, 2)
    if kind == 0:
        return name[:at] + name[at] + name[at:]
    if kind == 1:
        return name[:at] + name[at + 1 :]
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return swapped if swapped != name else name[:at] + name[at + 1 :]
