<?
	/* The front page. Every page registers what it keeps, as one did in 2002. */
	session_register("user", "cart");
	$sid = session_id();
	if (!msession_ctl($sid)) {
		msession_create($sid);
	}
	msession_set($sid, "browser", $HTTP_SERVER_VARS["HTTP_USER_AGENT"]);
	msession_inc($sid, "pages");
	$title = "Old Books";
	include("header.inc");

	if ($user) {
		echo "Welcome back, $user.<br>\n";
	} else {
		echo "Welcome, stranger.<br>\n";
	}
	if ($HTTP_COOKIE_VARS["lang"]) {
		echo "Your language is " . $HTTP_COOKIE_VARS["lang"] . ".<br>\n";
	}

	$books[] = "Moby Dick";
	$books[] = "Emma";
	$books[] = "Walden";
	for ($i = 0; $books[$i]; $i++) {
		echo "<a href=\"cart.php?book=$i\">$books[$i]</a><br>\n";
	}
	$sold = msession_get(globals, "sold", "0");
	if (ereg("^[0-9]+$", $sold)) {
		echo "Books are sold here.<br>\n";
	}
	include("footer.inc");
?>
