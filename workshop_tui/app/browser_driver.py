"""The class in a browser tab: where that goes, it leaves as it does when a terminal goes."""

import os
import signal

from textual.drivers.web_driver import WebDriver


class BrowserDriver(WebDriver):
    """Textual's driver for `workshop-tui serve`; SIGHUP for a tab or a server that has gone."""

    def start_application_mode(self) -> None:
        super().start_application_mode()
        # ctrl+c in the server's terminal reaches this process too; the server closes the tab then.
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        if packet_type == "quit":  # Textual would leave without writing down what was typed last
            self._hang_up()
        else:
            super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        super().run_input_thread()
        self._hang_up()  # stdin has ended, unless it was the class that did

    def _hang_up(self) -> None:
        if not self.exit_event.is_set():
            os.kill(os.getpid(), signal.SIGHUP)
