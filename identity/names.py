"""Names as they are compared: Latin letters, no case, no signs; Cyrillic as most passports spell it."""

from __future__ import annotations

import unicodedata

_LETTERS = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "y", "к": "k",
    "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sht", "ъ": "a", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
    "ё": "e", "є": "ye", "і": "i", "ї": "yi", "ґ": "g",                                     # Ukrainian
    "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz", "ѓ": "g", "ќ": "k",     # Serbian, Macedonian
    "ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
}  # fmt: skip
"""What decomposing a letter into its base and its accents does not make Latin."""


def plain(name: str | None) -> str:
    """`name` in the letters a to z and single blanks; empty where it has none of them.

    Umlauts lose their dots (ü → u): of the two ways in use, it is the one that both spellings of a name come close to.
    """
    folded = []
    for letter in unicodedata.normalize("NFC", (name or "").casefold()):
        latin = _LETTERS.get(letter)
        folded.append(unicodedata.normalize("NFKD", letter) if latin is None else latin)
    letters = [letter if "a" <= letter <= "z" else " " for letter in "".join(folded) if not _is_sign(letter)]
    return " ".join("".join(letters).split())


def _is_sign(letter: str) -> bool:
    """Apostrophes, accents and the like, which are dropped; blanks and hyphens part names, other letters too."""
    return not letter.isalpha() and not letter.isspace() and letter != "-"
