"""The demonstration press: fictional outlets, original articles, and the server that publishes them."""
