"""The prompt's line of a form; for the built-in model it knows which words that has learned."""

from textual.suggester import Suggester

from workshop_tui.app.key_table import key_name, key_of
from workshop_tui.app.widgets.setup_line import SetupLine
from workshop_tui.generation.models import BUILT_IN
from workshop_tui.generation.sweep import AXES
from workshop_tui.models import vocabulary


class PromptLine(SetupLine):
    """A line for any text, which the built-in model's phrases are offered for.

    Args:
        name: What it is called.
        text: What stands there.
        model: Of the built-in one it is known what it can paint.
    """

    def __init__(self, name: str, text: str, model: str) -> None:
        self._limited = model == BUILT_IN
        super().__init__(name, text, wide=True, suggester=PhraseSuggester() if self._limited else None)

    def about(self) -> str:
        """Return what to say of the prompt that stands there."""
        told = "What the picture shall show."
        if not self._limited:
            return told
        strange = dict.fromkeys(word for prompt in self._prompts for word in vocabulary.unknown_words(prompt))
        if strange:
            return f"{vocabulary.say_unknown(list(strange))} {key_of('setup.choose')} lists what it can paint."
        lists, takes = key_of("setup.choose"), key_name("right")
        return f"{told} {lists} lists what {BUILT_IN} can paint; {takes} takes what stands in grey."

    def choices(self) -> list[tuple[str, str]]:
        """Return phrases to choose from, and what each of them is about."""
        if not self._limited:
            return []
        return [(phrase, f"({kind})") for kind, phrases in vocabulary.PHRASES.items() for phrase in phrases]

    def put_in(self, phrase: str) -> None:
        """Let the prompt say a phrase too."""
        self.value = AXES["prompt"].join(vocabulary.put_in(phrase, prompt) for prompt in self._prompts or [""])

    @property
    def _prompts(self) -> list[str]:
        """What is written; a series has several."""
        return AXES["prompt"].split(self.value)


class PhraseSuggester(Suggester):
    """Completes the phrase that is being written."""

    def __init__(self) -> None:
        super().__init__(case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        return vocabulary.complete(value)
