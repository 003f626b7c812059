"""What a person sees one at a time: each screen has its look beside it and answers with a value."""
