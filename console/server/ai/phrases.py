"""What the retrieving agent says of its own, in the product's languages."""

from __future__ import annotations

from dataclasses import dataclass

from console.contract.base import Language


@dataclass(frozen=True, slots=True)
class Phrases:
    """The words around what was found. `past` has the place `{day}`, `template` the place `{name}`."""

    opening: str
    sources: str
    past: str
    template: str
    nothing: str


PHRASES: dict[Language, Phrases] = {
    "en": Phrases(
        opening="Thank you for your message.",
        sources="Sources:",
        past="an earlier answer, {day}",
        template="template “{name}”",
        nothing="Thank you for your message. I found nothing about this in what we have written down, so I will not "
        "guess. A colleague will get back to you.",
    ),
    "ar": Phrases(
        opening="شكرًا لرسالتك.",
        sources="المصادر:",
        past="إجابة سابقة، {day}",
        template="القالب «{name}»",
        nothing="شكرًا لرسالتك. لم أجد شيئًا عن هذا في معلوماتنا المدوّنة، ولا أريد أن أخمّن. سيعود إليك أحد زملائي.",
    ),
    "tr": Phrases(
        opening="Mesajınız için teşekkür ederiz.",
        sources="Kaynaklar:",
        past="önceki bir yanıt, {day}",
        template="“{name}” şablonu",
        nothing="Mesajınız için teşekkür ederiz. Kayıtlarımızda bu konuda bir bilgi bulamadım ve tahminde bulunmak "
        "istemem. Bir ekip arkadaşımız size dönecek.",
    ),
}
