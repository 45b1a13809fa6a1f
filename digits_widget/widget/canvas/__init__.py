"""The canvas: it takes strokes in, paints, replays and saves them.

`Canvas` hears the pointer and the keys; `Controller` holds the drawing, and its
`on_stroke_end` says what happens when a stroke ends; `Renderer` paints.
"""
