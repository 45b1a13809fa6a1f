"""What a page is given besides widgets: style sheets and small scripts."""
