"""Attribution that SQL cannot solve: pure functions of counted transitions."""
