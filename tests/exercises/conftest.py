from tests.shared import deep_dive, dev_model, home, make_run

__all__ = ["deep_dive", "dev_model", "home", "make_run"]
