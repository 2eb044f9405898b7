"""The functions of ``nn.functional`` that are written in Python, by family."""
