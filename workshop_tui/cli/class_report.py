"""`workshop-tui class report`."""

from pathlib import Path

import click

from workshop_tui.cli.common import UserPath, json_option, say, say_json
from workshop_tui.cli.showing import check_folder
from workshop_tui.files import write_atomic
from workshop_tui.generation import table


@click.command()
@click.argument("folder", metavar="DIR", type=UserPath())
@click.option("--html", type=UserPath(dir_okay=False), help="Write the report here, as one page.")
@click.option("--csv", "csv_file", type=UserPath(dir_okay=False), help="Write a row a learner here.")
@json_option
def report(folder: Path, html: Path | None, csv_file: Path | None, as_json: bool) -> None:
    """Read all hand-ins below DIR: who has done what, common problems, times by card, what was unexpected.

    Beside each name stands whose file it is, where that is somebody else. What cannot be read is listed with the
    reason. Nothing in a hand-in is opened, loaded or run.

    \b
    workshop-tui class report /srv/class --html class.html --csv class.csv
    """
    from workshop_tui.profile.class_page import class_markdown, class_text
    from workshop_tui.profile.class_report import CLASS_COLUMNS, class_report, class_rows
    from workshop_tui.profile.markdown import html_page

    for option, out in (("--html", html), ("--csv", csv_file)):
        if out:
            check_folder(out.absolute().parent, option, missing_ok=False)
    found = class_report(folder)
    if html:
        write_atomic(html, html_page(class_markdown(found), f"Hand-ins in {found.folder}").encode())
    if csv_file:
        write_atomic(csv_file, table.as_csv(class_rows(found.learners), CLASS_COLUMNS).encode())
    if as_json:
        say_json(found)
        return
    for each in class_text(found):
        say(each)
