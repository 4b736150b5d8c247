"""Our database, carried change by change into the panel's own MariaDB or MySQL, so that a second machine can take over
(docs/second-machine.md). Nothing here is loaded where no mirror is kept."""
