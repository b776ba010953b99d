"""What draws: a widget is given values and knows no other widget."""
