"""The conversations in Turkish."""

from __future__ import annotations

from console.demo.afternoon import people
from console.demo.story import DAY, HOUR, Talk, note, paced, them, us

TALKS: tuple[Talk, ...] = (
    Talk(
        "deniz",
        people.DENIZ,
        paced(
            DAY + 3 * HOUR,
            them("Merhaba, geçen hafta aldığım Oslo yemek masası için şirket adına fatura kesebilir misiniz?"),
            us("aylin", "Merhaba Deniz Bey, elbette. Şirket unvanını ve vergi numaranızı yazmanız yeterli."),
            them("Yılmaz Mimarlık Ltd. Şti., vergi numarası 000 000 0000."),
            us("aylin", "Faturanız hazır, e-posta adresinize de gönderdim.", files=("fatura-1029.pdf",), answers=1),
            them("Fatura ulaştı, elinize sağlık. Yalnız adres eski kalmış: Kadıköy değil Beşiktaş olacaktı.", 21.6),
            them("Muhasebe bugün kapatıyor, akşama kadar düzeltebilir misiniz?", 20.4),
        ),
        host="aylin",
        assignee="aylin",
        labels=("invoice",),
        unread=2,
    ),
    Talk(
        "elif",
        people.ELIF,
        paced(
            2.4 * HOUR,
            them("İyi günler, iki Lumi aldım ama biri gerçekten sapsarı yanıyor. Ampulü değiştirdim, aynı."),
            them("İkisini yan yana çektim, fark çok belli oluyor.", files=("iki-lumi.png",)),
            note(
                "aylin", "Looks like the old driver, first batch. We swap those without asking questions.", 2.1 * HOUR
            ),
            them("İade etmek istemiyorum aslında, çok seviyorum. Sadece ikisi aynı olsun yeter.", 2 * HOUR),
        ),
        labels=("damaged",),
        host="aylin",
        unread=1,
    ),
    Talk(
        "ayse",
        people.AYSE,
        paced(
            3 * DAY,
            them("Merhaba, Harbor koltuğum ne zaman gelir? Sipariş 1019."),
            us(
                "aylin",
                "Merhaba Ayşe Hanım, koltuğunuz cuma günü İstanbul deposunda olacak. Salı sabahı Ankara'da, uygun mu?",
            ),
            them("Salı uygun. Yalnız asansör küçük, merdivenden çıkması gerekebilir, üçüncü kat."),
            us("aylin", "Hiç sorun değil. İki kişi gelecek, ayaklar da söküldüğü için merdivenden rahat çıkıyor."),
            them("Harika, çok teşekkür ederim.", 26 * HOUR),
            us("aylin", "Rica ederim, güle güle kullanın.", 25.9 * HOUR),
            note("aylin", "Third floor, small lift: two people, confirmed with the carrier.", 25 * HOUR),
        ),
        host="aylin",
        assignee="aylin",
        labels=("delivery",),
    ),
    Talk(
        "mehmet",
        people.MEHMET,
        paced(
            9 * HOUR,
            them("Tind rafı duvara sabitlemeden kullanabilir miyim?"),
            us(
                "aylin",
                "Merhaba Mehmet Bey. 90 santime kadar olanlar serbest durur, daha yükseğini mutlaka sabitleyin "
                "lütfen. Vidası kutuda.",
            ),
            them("Anladım, benimki 180. Sabitliyorum o zaman. Sağ olun!"),
            us("aylin", "Kolay gelsin, takıldığınız yer olursa buradayız."),
        ),
        status="resolved",
        host="aylin",
        assignee="aylin",
    ),
)
