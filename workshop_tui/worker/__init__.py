"""The process that holds one model: loads, samples and measures. Imports torch and diffusers."""
