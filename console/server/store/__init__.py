"""What the server keeps: tables, migrations, one writer, a few readers. Rules of the contract do not live here."""
