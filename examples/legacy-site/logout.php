<?
	session_register("user", "cart");
	$sid = session_id();
	session_unregister("cart");
	$title = "Goodbye";
	include("header.inc");
	echo "Goodbye, $user.<br>\n";
	echo session_is_registered("cart") ? "The cart is kept.<br>\n" : "The cart is gone.<br>\n";
	session_destroy();
	echo msession_ctl($sid) ? "Still here.<br>\n" : "Nothing is left.<br>\n";
	echo "</body></html>\n";
?>
