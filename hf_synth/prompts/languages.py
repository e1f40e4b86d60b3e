"""Names of languages, as a prompt writes them."""

from __future__ import annotations

from hf_synth.errors import ConfigError, suggest

LANGUAGES = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "bg": "Bulgarian", "bn": "Bengali",
    "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "gl": "Galician", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian",
    "id": "Indonesian", "is": "Icelandic", "it": "Italian", "ja": "Japanese", "jv": "Javanese", "ka": "Georgian",
    "km": "Khmer", "kn": "Kannada", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "ml": "Malayalam",
    "mn": "Mongolian", "ms": "Malay", "my": "Burmese", "nb": "Norwegian", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def language_name(locale: str) -> str:
    """Name the language of a locale in English.

    Args:
        locale: A BCP 47 tag (`de-DE`, `de`) or already a name (`German`).

    Returns:
        The English name, such as `German`; region and script of the tag do not matter.

    Raises:
        ConfigError: The language is not in the table.

    Examples:
        >>> language_name("de-DE"), language_name("German")
        ('German', 'German')
    """
    if locale in LANGUAGES.values():
        return locale
    code = locale.replace("_", "-").split("-")[0].lower()
    if code not in LANGUAGES:
        raise ConfigError(f"no language name known for locale {locale!r}", hint=suggest(code, LANGUAGES))
    return LANGUAGES[code]
