"""One widget a file; its half that needs no app lies beside it as functions. Widgets draw what they are given."""
