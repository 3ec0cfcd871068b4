<?
	session_register("user", "cart");
	$sid = session_id();
	msession_inc($sid, "pages");
	$title = "Cart";
	include("header.inc");

	$books = split(",", "Moby Dick,Emma,Walden");
	$book = $HTTP_GET_VARS["book"];
	if ($book != "") {
		$cart[$books[$book]]++;
		msession_add($sid, "total", 5);
		msession_inc(globals, "sold");
	}
	echo "In the cart of " . ($HTTP_SESSION_VARS["user"] ? $HTTP_SESSION_VARS["user"] : "a stranger") . ":<br>\n";
	if (is_array($cart)) {
		reset($cart);
		while (list($name, $count) = each($cart)) {
			echo ereg_replace("^(.*)$", "<b>\\1</b>", $name) . " x $count<br>\n";
		}
	}
	echo "Total: " . msession_get($sid, "total", "0") . "<br>\n";
	include("footer.inc");
?>
