"""Pure interpreters of the descriptions: no network, no files, no clock but through ports."""
