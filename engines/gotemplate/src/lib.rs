//! Go's `text/template` and `html/template`, as far as notification templates use them.
