"""Revision in the browser: a server for one person on this computer, or for several by tokens.

Nothing that a client sends names a file: exams are looked up by name, pages in a closed list.
"""
