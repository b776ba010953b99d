"""Which models are here, and whether the one that a class would take is among them."""

from workshop_tui.doctor.finding import Check, Finding, Place, fail, ok, warn
from workshop_tui.errors import UserError
from workshop_tui.generation.models import BUILT_IN, label


def _found(_place: Place) -> Finding:
    from workshop_tui.generation.found_models import find_models

    found = find_models()
    real = [model for model in found.models if model.kind != "built-in"]
    whole = [model.name for model in real if model.whole]
    broken = [f"{model.name} ({model.trouble})" for model in real if not model.whole]
    text = f"the practice model, and {len(whole)} FLUX model{'' if len(whole) == 1 else 's'}"
    text += f": {', '.join(whole)}" if whole else ""
    if broken or found.unread:
        todo = ["Make that folder, or mend `model_folders` (workshop-tui config show)."] if found.missing else []
        if found.unread != found.missing:
            todo.append("Ask the folder's owner to let you read it.")
        if broken:
            half = any(not model.whole and model.kind == "hub" for model in real)
            more = "; `model get NAME` goes on with a half download" if half else ""
            todo.append(f"`workshop-tui model list` tells more{more}.")
        told = [one.rstrip(".") for one in found.unread]
        return warn("; ".join([text, *(f"not whole: {one}" for one in broken), *told]), " ".join(todo))
    return ok(text)


def _chosen(place: Place) -> Finding:
    from workshop_tui.generation.found_models import check_whole

    if place.mine.engine and not place.model:
        return ok("that of the shared engine")
    if not place.model:
        from workshop_tui.generation.fit import choose_model
        from workshop_tui.generation.found_models import find_models
        from workshop_tui.monitor.memory_now import look_at_memory

        name, reason = choose_model(find_models().models, look_at_memory(place.mine.root))
        return ok(f"none is set; a first class takes {label(name)} here, a later one that of the last. {reason}")
    if place.model == BUILT_IN:
        return ok(f"{label(BUILT_IN)}: its pictures say nothing about FLUX.1")
    if place.mine.engine:
        return ok(f"{place.model}, on the shared engine")
    try:
        check_whole(place.model)
    except UserError as error:
        return fail(error.message, error.hint)
    return ok(f"{place.model}, on this machine")


def _token(place: Place) -> Finding:
    from huggingface_hub import get_token

    from workshop_tui.generation.found_models import find_models
    from workshop_tui.generation.known_models import KNOWN_MODELS

    if place.mine.engine:
        return ok("not needed: the shared engine has the models")
    if get_token():
        return ok("there; gated models also need their conditions accepted on their pages")
    known = KNOWN_MODELS.get(place.model)
    if known and known.gated and not any(one.name == known.name and one.whole for one in find_models().models):
        return warn(
            f"none, and {known.name} is gated.", f"Accept its conditions at {known.page}, then log in: hf auth login"
        )
    return ok("none; only the download of a gated model, such as FLUX.1, needs one")


CHECKS = (
    Check("model", "models", "chosen model", _chosen, needs_paths=True),
    Check("found", "models", "on this machine", _found, needs_paths=True),
    Check("token", "models", "hub token", _token, needs_paths=True),
)
