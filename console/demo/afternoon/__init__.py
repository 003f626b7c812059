"""An afternoon at Northwind Trading, lamps and furniture: a company that does not exist, as it might be."""

from __future__ import annotations

from console.demo.afternoon import arabic, english, knowledge, later, people, turkish, visitor, wholesale
from console.demo.files import pdf, photo, text
from console.demo.story import Story


def northwind() -> Story:
    """The story, the longest thread first: it takes the longest to tell."""
    return Story(
        workspace="Northwind Trading",
        colleagues=people.COLLEAGUES,
        talks=(*wholesale.TALKS, *english.TALKS, *arabic.TALKS, *turkish.TALKS, *visitor.TALKS),
        files={
            "lamp-crack.png": lambda: photo("lamp", crack=True),
            "oslo-table.png": lambda: photo("table"),
            "table-scratch.png": lambda: photo("table", crack=True),
            "iki-lumi.png": lambda: photo("lamp"),
            "test-bench.png": lambda: photo("lamp"),
            "show-flat.txt": lambda: text("Show flat, Creek Harbour", _SHOW_FLAT),
            "rooms.txt": lambda: text(
                "Haus am See",
                ("42 rooms, 30 doubles, 12 singles", "first floor 101-116", "second floor 201-216", "attic 301-310"),
            ),
            "quote-2310.pdf": lambda: pdf("Quote 2310", _SHOW_FLAT),
            "quote-2291.pdf": lambda: pdf(
                "Quote 2291", ("76 x Lumi, brass", "42 x Fjord 30, smoke, 2.5 m cable", "trade discount 18 %")
            ),
            "invoice-2291-1.pdf": lambda: pdf("Invoice 2291-1", ("first third of order HAS-2207", "paid with thanks")),
            "lobby-plan.pdf": lambda: pdf("Lobby, Haus am See", ("5 x Halo 60 in an arc", "one DALI line, one hatch")),
            "fatura-1029.pdf": lambda: pdf("Fatura 1029", ("1 x Oslo 180",)),
            "tind-assembly.pdf": lambda: pdf("Tind shelf", ("page 2: 4 wall plugs, 2 spare bolts",)),
        },
        templates=knowledge.TEMPLATES,
        articles=knowledge.ARTICLES,
        script=later.SCRIPT,
    )


_SHOW_FLAT = ("2 x Harbor sofa, sand or oat", "1 x Oslo table 180", "6 x Tind chair", "4 x Halo pendant")
