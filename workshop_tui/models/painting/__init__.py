"""Captioned pictures that the project paints itself, endless and seeded: what the built-in model learns from.

`scene.draw_scene(seed)` draws what a picture shows, `captions.caption` puts it into words, `paint.paint` paints it.
"""
