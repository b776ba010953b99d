"""The small FLUX that ships with the program, and the code that builds it. Imports torch and diffusers."""
