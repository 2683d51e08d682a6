"""Every motif by its name: `MOTIFS["mug"](canvas, ink, variant)` draws one object in the middle of the square.

A motif keeps within 3 to 97 of the canvas and turns `variant`, any whole number, into small differences of its own.
"""

from collections.abc import Callable

from aclue.demo.canvas import Canvas
from aclue.demo.ink import Ink
from aclue.demo.motifs import desk, home, outdoors, play, sound, table, wear

Motif = Callable[[Canvas, Ink, int], None]

_ROOMS: tuple[tuple[Motif, ...], ...] = (
    (
        home.mug,
        home.candle,
        home.lamp,
        home.blanket,
        home.vase,
        home.pan,
        home.frame,
        home.soap,
        home.tube,
        home.perfume,
    ),
    (home.dropper, home.shaving, home.jar, home.lantern),
    (
        table.board,
        table.chocolates,
        table.tin,
        table.biscuits,
        table.coffee_bag,
        table.bottle,
        table.popcorn,
        table.gift_box,
    ),
    (wear.necklace, wear.earrings, wear.finger_ring, wear.watch, wear.scarf, wear.bag, wear.sunglasses, wear.backpack),
    (wear.suitcase, wear.booties),
    (
        play.teddy,
        play.board_game,
        play.puzzle,
        play.blocks,
        play.train,
        play.kite,
        play.flask,
        play.yoga_mat,
        play.bicycle,
    ),
    (play.bats, play.rattle, play.mobile),
    (outdoors.plant, outdoors.trowel, outdoors.seeds, outdoors.birdhouse, outdoors.watering_can),
    (desk.book, desk.books, desk.notebook, desk.pen, desk.calendar, desk.envelope, desk.yarn, desk.paintbox, desk.hoop),
    (desk.pencils, desk.spools, desk.origami),
    (sound.headphones, sound.speaker, sound.camera, sound.charger, sound.record, sound.turntable, sound.guitar),
    (sound.projector,),
)

MOTIFS: dict[str, Motif] = {motif.__name__: motif for room in _ROOMS for motif in room}
