"""HTTP, web pages, sign-in, settings and the command line: the outermost floor."""
