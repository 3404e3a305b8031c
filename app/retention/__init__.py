"""Until when everything is kept, what holds it longer, and how it goes once its time is over."""
