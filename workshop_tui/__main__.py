"""`python -m workshop_tui` is `workshop-tui`."""

from workshop_tui.cli import main

if __name__ == "__main__":
    main()
