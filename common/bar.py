"""How far long work is, for the person who waits for it."""

from django.core.management.base import OutputWrapper

BAR = 30


class Bar:
    """Progress for people: a bar that moves in a terminal, a line at each tenth elsewhere."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._moves = out.isatty()
        self._shown: tuple[str, int] = ("", -1)
        self._is_open = False

    def show(self, stage: str, done: int, of: int) -> None:
        """Say how many of a stage's parts are done."""
        self._draw(stage, 100 * done // of if of else 100, f"{done:,} of {of:,} {stage}")

    def show_share(self, stage: str, share: float) -> None:
        """Say which share of all work is done and what is being done; each new stage is a line where nothing moves."""
        percent = int(share * 100)
        self._draw(stage, percent, f"{percent:3} %  {stage}")

    def end(self) -> None:
        """Leave the line that the bar moves on."""
        if self._is_open:
            self._out.write("")
        self._is_open = False

    def _draw(self, stage: str, percent: int, words: str) -> None:
        step = percent if self._moves else percent // 10
        if (stage, step) == self._shown:
            return
        self._shown = (stage, step)
        if not self._moves:
            self._out.write(words)
            return
        filled = BAR * percent // 100
        self._out.write(f"\r[{'#' * filled}{'.' * (BAR - filled)}] {words:60}", ending="")
        self._out.flush()
        self._is_open = True
        if percent >= 100:
            self.end()
