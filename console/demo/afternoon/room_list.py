"""An evening of the long thread: two people go through a hotel's rooms, one by one."""

from __future__ import annotations

from console.demo.story import DAY, HOUR, Line, note, paced, them, us

# What Petra says of a stretch of rooms, and how Maya answers.
_ROOMS: tuple[tuple[str, str], ...] = (
    ("101 and 102 are doubles: two Lumi, one Fjord each.", "101, 102: noted, both doubles."),
    ("103 is a single, so one Lumi. The bed stands left of the window.", "103: one Lumi, one Fjord."),
    ("104, 105, 106: doubles again.", "104 to 106: doubles."),
    (
        "107 is the accessible one. Could its switches be the large ones?",
        "107: yes, we have a rocker switch for that. Noted.",
    ),
    ("That is lovely. 108 and 109, doubles.", "108, 109: doubles."),
    ("110 is a single with a very small desk.", "110: one Lumi. Does the Fjord fit, or shall I take the small one?"),
    (
        "The desk is 70 cm, it fits if nobody writes.",
        "Then the small Fjord 20, same price. Nobody stays a poet in 70 cm.",
    ),
    ("Ha. 111 and 112, doubles. That is the lake side done.", "111, 112: doubles. Lake side done."),
    ("Garden side: 113 to 115, singles.", "113 to 115: singles, three Lumi in all."),
    (
        "116 is a double, but the bed comes later. Can its boxes wait?",
        "116: double, I put them on the attic pallet, that one comes last.",
    ),
    ("First floor done. I need a glass of water.", "Take your time, I am making labels meanwhile."),
    (
        "Second floor. 201 and 202 are doubles with a balcony.",
        "201, 202: doubles. Do you want anything for the balconies?",
    ),
    ("Not before summer, but ask me again in April.", "I will. 203?"),
    ("203 and 204, singles.", "203, 204: singles."),
    ("205 and 206 are connected, a family with four beds.", "205, 206: two Lumi in each, one a bed?"),
    ("Exactly, how did you know?", "I have three sisters. Nobody shares a lamp."),
    ("207, 208, 209: doubles.", "207 to 209: doubles."),
    (
        "210 is the corner room with the bath in front of the window.",
        "210: careful, the Lumi is not for wet rooms. How far is the bath from the bed?",
    ),
    ("Four metres and a step.", "Then it is fine. Noted with a remark for the electrician."),
    ("211 and 212, singles.", "211, 212: singles."),
    ("213 to 216, all doubles, all the same.", "213 to 216: doubles. My favourite kind of line."),
    ("The hall has a reading corner. Is there a Fjord left?", "One is: room 110 took the small one. Hall: one Fjord."),
    ("That was the second floor.", "Second floor done. Coffee?"),
    ("My third one today.", "I am not counting coffees, only lamps."),
    ("The attic: 301 to 306, slanted ceilings, doubles.", "301 to 306: doubles. Mind the height, the Fjord is 46 cm."),
    ("The lowest wall is 60. I measured it with my forehead.", "Ouch! Noted, 60 cm, and get well soon."),
    ("307 to 309, singles for the staff, and 310 a double.", "307 to 309: singles. 310: double, the last one."),
)

ROOM_LIST: tuple[Line, ...] = paced(
    11 * DAY + 5 * HOUR,
    them(
        "Here is the list as promised. Shall we go through it together? I do not trust my own handwriting.",
        files=("rooms.txt",),
    ),
    us("maya", "Gladly, I have the labels open. You read, I write."),
    *(line for said, answered in _ROOMS for line in (them(said), us("maya", answered))),
    them("That is the house. Seventy-two, if you counted the same."),
    us("maya", "Seventy-two, and four spare ones in a box marked LUGGAGE."),
    them("I laughed so loudly that the train looked at me. Thank you for the evening, Maya."),
    note("maya", "Labels for Acme are printed, sorted by floor. 116 travels with the attic pallet."),
    us("maya", "Thank you, Petra. The labels are printed, production has them tomorrow at seven."),
)
