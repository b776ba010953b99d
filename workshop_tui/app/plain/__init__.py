"""The class as lines: for screen readers, bad connections, pipes and terminals that cannot show the screens.

Nothing is drawn over, nothing spins, and pictures are described by what was measured of them. No Textual here.
"""
