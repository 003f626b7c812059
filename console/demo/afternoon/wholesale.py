"""The long thread: Acme GmbH furnishes a hotel of forty-two rooms, from the first question to "
"the last pallet but one."""

from __future__ import annotations

from console.demo.afternoon import people
from console.demo.afternoon.room_list import ROOM_LIST
from console.demo.story import DAY, HOUR, Line, Talk, note, paced, them, us


def _me(text: str, ago: float | None = None, files: tuple[str, ...] = ()) -> Line:
    return us("maya", text, ago, files=files)


FIRST_TALKS: tuple[Line, ...] = paced(
    24 * DAY,
    them("Good morning, Petra Lang of Acme GmbH in Berlin. We furnish hotels, and I found your lamps in one of them."),
    them("Our next house is Haus am See, forty-two rooms on a lake in Brandenburg. Do you sell to the trade?"),
    _me("Good morning Petra, welcome! We do, with a discount from twenty pieces on. Which lamp did you meet?"),
    them("The Lumi, on a bedside table in Lisbon. I unscrewed it to see who made it. The night porter was not amused."),
    _me("Ha! That is the best compliment it has had so far. Shall I send you one that you may take apart?"),
    them("Please. And a Fjord 30 if you can spare one, for the desks."),
    _me("Both leave today. Smoke glass or clear for the Fjord?"),
    them("Smoke. The rooms are dark wood and linen, clear would be too cold."),
    _me(
        "Then also our 2700 K bulbs and not the 3000 K ones. I put two of each in the parcel, so that you can compare."
    ),
    them("You think of everything. Delivery to Berlin, Torstraße, second courtyard please."),
    _me("Noted. Four working days, I will write when the courier has it."),
)

SAMPLES: tuple[Line, ...] = paced(
    19 * DAY,
    them("The samples are here. Everybody in the office has switched the Lumi on and off at least ten times."),
    _me("That is what it is for. How is the Fjord?"),
    them("Beautiful. Heavier than it looks, which I like: nobody will pull it off a desk by its cable."),
    them("Two questions. Is the cable 2 m or more? And may the switch be on the cable instead of at the base?"),
    _me("The cable is 1.8 m. The switch can move to the cable from fifty pieces on, at no extra cost."),
    them("We need forty-two. Is there any way to talk about the fifty?"),
    note("tomas", "Production does batches of 50. The other eight would sell in the shop within a month."),
    _me("I talked to production: we make fifty, you take forty-two, and the other eight go into our shop."),
    them("Very elegant. Thank you."),
    them("And 1.8 m is a little short for the desks under the windows. How many of them could have 2.5 m?"),
    _me("All of them, if you tell me before the batch starts on Monday."),
    them("All of them then. One thing less to mix up on site."),
    _me("Written down: 42 Fjord 30, smoke, 2.5 m, switch on the cable."),
    note("maya", "Acme: 18 % from 100 pieces, approved. Terms 30 days net after a first payment of a third."),
    them("Now the bedsides. Two Lumi a room makes eighty-four. But the twelve singles need only one."),
    _me("So thirty doubles with two and twelve singles with one: seventy-two."),
    them("Seventy-two. I am glad that one of us can count."),
    _me("And four spare ones? In our experience a hotel of this size loses one a year to luggage."),
    them("Seventy-six it is. Luggage is exactly how I lost my own."),
    them("Brass or black? I cannot decide. My colleague says black, the architect says brass."),
    _me("What are the door handles?"),
    them("Brushed brass."),
    _me("Then brass, and the architect will be easy to work with for the rest of the year."),
    them("Sold."),
)

QUOTE: tuple[Line, ...] = paced(
    17 * DAY + 2 * HOUR,
    _me(
        "Here is the quote: 76 Lumi in brass, 42 Fjord 30 in smoke, with the trade discount.", files=("quote-2291.pdf",)
    ),
    them("Thank you, that was quick. I will go through it on the train."),
    them("Position 2 says 2 m of cable, we said 2.5."),
    _me("You are right, I am sorry. The order sheet says 2.5, the quote took the old text. Corrected below."),
    them("No harm done. Is the price for bulbs included?"),
    _me("Yes, one 2700 K bulb in each, and twenty spare ones on top as a welcome."),
    them("That is generous. The owner asks about the guarantee."),
    _me("Five years on everything but the bulbs. If a lamp fails you write to me and a new one leaves the same week."),
    them("He likes that sentence. He asked me to frame it."),
    _me("Happy to sign the frame."),
    them("Payment: a third now, a third at delivery, a third after 30 days?"),
    note("maya", "Finance is fine with three thirds for Acme. Credit check came back clean."),
    _me("Agreed. The first invoice follows tomorrow."),
    them("Then you have the order. Number on our side: HAS-2207."),
    _me("Thank you, Petra! I will celebrate with a coffee. HAS-2207 is in, production starts on Monday."),
    them("Make it two coffees, one for me."),
)

PRODUCTION: tuple[Line, ...] = paced(
    12 * DAY + 3 * HOUR,
    _me(
        "A short hello from production: the first twenty Fjord are standing on the test bench.",
        files=("test-bench.png",),
    ),
    them("What a picture. Like a choir."),
    _me("They burn for 48 hours before they are packed. None has failed so far."),
    them("The architect wants to know if the smoke glass is the same in each. He has an eye like a hawk."),
    _me("It is blown by hand, so no two are quite the same. Within a batch one has to look closely to see it."),
    them("He will look closely."),
    _me("Then tell him that we sort them: neighbours in one corridor come from the same melt."),
    them("He says, and I quote, finally somebody who understands. You have a fan."),
    them("Could the boxes carry room numbers? The fitters would love you for it."),
    _me(
        "Gladly. If you send me the room list, each box gets a label with its room, and the pallets go floor by floor."
    ),
    them("You will have it tonight."),
    note("tomas", "Labels by room: I can print them from a list, 20 minutes of work. Nice touch, let us do it."),
)

DELIVERY: tuple[Line, ...] = paced(
    5 * DAY + 4 * HOUR,
    _me("All rooms are labelled and packed. Two pallets for the first floor, two for the second, one for the attic."),
    them("Wonderful. The lift for materials is free on Wednesday from eight to noon."),
    _me("The truck can be there at nine. Is there a gate, or a person to ring?"),
    them("Ring Herr Schulz at the gate, he opens everything. He also likes to chat, plan ten minutes."),
    _me("I will tell the driver to bring a story."),
    note("tomas", "Driver: Hamid. Gate: Herr Schulz. Slot 9:00. Tail lift needed, the ramp is not finished."),
    them("One change, I am sorry. Room 207 becomes an office, so its two Lumi go to the library."),
    _me("No problem at all. I put a new label on the two boxes: LIBRARY, in the same colour as the second floor."),
    them("And there is one more thing, the owner fell in love with the Halo at the trade fair."),
    them("He wants five for the lobby. I opened a thread of its own for it, so that this one stays tidy."),
    _me("I saw it, thank you. Everything about the lobby goes there."),
)

ARRIVAL: tuple[Line, ...] = paced(
    28 * HOUR,
    _me("The truck has left the border, tomorrow at nine it is."),
    them("Herr Schulz has been told. He is preparing questions about the desert."),
    _me("Hamid is from Hamburg. He will have to improvise."),
    them(
        "Four pallets are in the house! The labels are a dream, the fitters finished the first floor before lunch.",
        7 * HOUR,
    ),
    _me("That makes my day. And the fifth one?", 6.9 * HOUR),
    them("The attic pallet is missing, that is rooms 301 to 310. Hamid says it was not on his list.", 6.7 * HOUR),
    note("tomas", "My mistake: the attic pallet is still at the hub in Leipzig. It can go out tonight.", 6.2 * HOUR),
    _me("Found it: it is in Leipzig and fine. It can be with you tomorrow between ten and twelve.", 6 * HOUR),
    them("Good that it is found. Let me ask the site whether somebody is up there tomorrow.", 5.8 * HOUR),
    _me("Of course. I keep a slot for you until this evening.", 5.7 * HOUR),
    them("Tomorrow works, but only until eleven, then they pour the screed in the stairwell.", 66),
    them("Could the driver be there by ten, and can you send me the new delivery note for customs?", 62),
)

LOBBY: tuple[Line, ...] = paced(
    5 * DAY + 3 * HOUR,
    them("The lobby, then. Five Halo over the reception desk, which is 6.2 m long. The ceiling is 4.1 m."),
    us(
        "maya",
        "For a desk of that length we would hang five in 60 cm, in a gentle arc. Tomás drew you a plan.",
        files=("lobby-plan.pdf",),
    ),
    them("The owner has the plan above his own desk now. He asks whether they can be dimmed together."),
    us(
        "tomas",
        "All five on one DALI line, yes. The driver sits in the ceiling, your electrician needs one hatch of 20 cm.",
    ),
    them("The electrician says one hatch is heaven, he had feared five.", 2 * DAY),
    us("tomas", "Then five Halo 60 with one driver. Six weeks from the order on.", 2 * DAY - 20),
    them("The order comes with the second payment, I think on Monday.", 2 * DAY - 45),
    us("tomas", "No hurry. The price holds until the end of the month.", 2 * DAY - 50),
)

INVOICE: tuple[Line, ...] = paced(
    16 * DAY,
    us("maya", "The first third, invoice 2291-1.", files=("invoice-2291-1.pdf",)),
    them("Received, thank you. Paid today."),
    us("maya", "Arrived. Thank you, Petra."),
)

TALKS: tuple[Talk, ...] = (
    Talk(
        "acme",
        people.PETRA,
        (*FIRST_TALKS, *SAMPLES, *QUOTE, *PRODUCTION, *ROOM_LIST, *DELIVERY, *ARRIVAL),
        name="Wholesale, Acme GmbH",
        channel="trade.example.com",
        assignee="maya",
        labels=("delivery", "trade", "vip"),
        priority="high",
        unread=2,
    ),
    Talk(
        "acme-lobby",
        people.PETRA,
        LOBBY,
        name="Lobby lighting",
        below="acme",
        channel="trade.example.com",
        assignee="tomas",
        labels=("quote", "trade"),
    ),
    Talk(
        "acme-invoice",
        people.PETRA,
        INVOICE,
        name="Invoice 2291",
        below="acme",
        channel="trade.example.com",
        status="resolved",
        assignee="maya",
        labels=("invoice",),
    ),
)
