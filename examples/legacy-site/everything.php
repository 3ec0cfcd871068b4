<?
	/* Calls nearly everything, as the extension's own test page did. */
	function show($what, $value) {
		if (is_array($value)) {
			$text = "";
			while (list($k, $v) = each($value)) {
				$text .= " $k=$v";
			}
			$value = "(" . trim($text) . ")";
		}
		if ($value === TRUE) $value = "TRUE";
		if ($value === FALSE) $value = "FALSE";
		if ($value === NULL) $value = "NULL";
		echo "$what: $value<br>\n";
	}

	$me = msession_uniq(32, "test", "first data");
	show("uniq", strlen($me));
	show("randstr", strlen(msession_randstr(10)));
	show("create", msession_create("$me-2", "test"));
	show("set", msession_set($me, "color", "blue"));
	show("get", msession_get($me, "color", "none"));
	show("get default", msession_get($me, "taste", "none"));
	show("set_array", msession_set_array($me, array("a" => 1, "b" => 2)));
	show("get_array", msession_get_array($me));
	show("inc", msession_inc($me, "a"));
	show("add", msession_add($me, "a", 10));
	show("muldiv", msession_muldiv($me, "a", 3, 2));
	show("globals", msession_inc(globals, "hits$me"));
	show("get_data", msession_get_data($me));
	show("set_data", msession_set_data($me, "second data"));
	show("getdata", msession_getdata($me));
	show("setdata", msession_setdata($me, "third data"));
	show("get_object", msession_get_object($me));
	show("save_object", msession_save_object("$me-3", "d", array("n" => "v"), "thing"));
	$found = msession_find("color", "blue");
	for ($i = 0; $found[$i]; $i++) {
		if ($found[$i] == $me) show("find", "found");
	}
	$list = msession_list();
	for ($i = 0; $list[$i]; $i++) {
		if ($list[$i] == $me) show("list", "found");
	}
	$vars = msession_listvar("n");
	show("listvar", $vars["v"] == "$me-3" ? "newest" : "other");
	show("count", msession_count() >= 3);
	$key = msession_lock($me);
	show("lock", $key > 0);
	show("lock again", @msession_lock($me));
	show("unlock", msession_unlock($me, $key));
	show("timeout", msession_timeout($me, 120));
	show("ctl exist", msession_ctl($me));
	show("ctl ttl", msession_ctl($me, "ttl") <= 120);
	show("call", msession_call("uptime") >= 0);
	show("plugin", msession_plugin($me, "upper", "shout"));
	show("destroy", msession_destroy($me));
	show("destroy", msession_destroy("$me-2"));
	show("destroy", msession_destroy("$me-3"));
	show("get", @msession_get($me, "color", "none"));
	show("find nothing", msession_find("color", "no such color"));
	msession_disconnect();
	show("connect", msession_connect(getenv("MSESSION_HOST"), getenv("MSESSION_PORT")));
	show("ctl gone", msession_ctl($me));
?>
