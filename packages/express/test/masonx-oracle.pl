#!/usr/bin/perl
# What MasonX::Request::WithMultiSession 0.31 itself does, scenario by scenario, for the comparison in docs/node-web.md.
# Needs Debian's libmasonx-request-withapachesession-perl. Each `request` is one Mason request of one visitor.
use strict;
use warnings;
use File::Temp qw(tempdir);
use HTML::Mason::Interp;

my $folder = tempdir(CLEANUP => 1);
mkdir "$folder/$_" for qw(data sessions locks comp);
our $code;
our @answer;

sub interp {
    my %more = @_;
    HTML::Mason::Interp->new(
        data_dir => "$folder/data",
        comp_root => "$folder/comp",
        request_class => 'MasonX::Request::WithMultiSession',
        session_class => 'File',
        session_directory => "$folder/sessions",
        session_lock_directory => "$folder/locks",
        session_use_cookie => 0,
        out_method => sub {},
        %more,
    );
}

my $interp = interp();

# Runs code as a component; it finds the request in $m and answers by returning a list.
sub request {
    my ($args, $work, $with) = @_;
    local $code = $work;
    local @answer;
    my $component = ($with // $interp)->make_component(comp_source => '<%init>$m->SUPER_session(session_id => $m->request_args->{visitor}) if $m->request_args->{visitor}; @main::answer = $main::code->($m);</%init>');
    eval { ($with // $interp)->exec($component, %$args); 1 } or @answer = ('died: ' . (split /\n/, "$@")[0]);
    return @answer;
}

sub visitor { (request({}, sub { my $m = shift; $m->session; $m->SUPER_session->{_session_id} }))[0] }

{
    package MasonX::Request::WithMultiSession;
    # the parent session, which session() hides
    sub SUPER_session { my $self = shift; $self->MasonX::Request::WithApacheSession::session(@_) }
}

sub show { printf "%-64s %s\n", shift, join ' ', map { defined $_ ? $_ : 'undef' } @_ }

my $v = visitor();
my ($one) = request({ visitor => $v }, sub { my $m = shift; $m->session->{step} = 1; $m->sub_session_id });
my ($two) = request({ visitor => $v }, sub { my $m = shift; $m->session->{step} = 2; $m->sub_session_id });
show('an id has 40 hexadecimal characters', $one =~ /^[0-9a-f]{40}$/ ? 'yes' : $one);
show('1 known id in the parameter: its data', request({ visitor => $v, sub_session_id => $one }, sub { $_[0]->session->{step} }));
show('1 no parameter: a new one', request({ visitor => $v }, sub { my $m = shift; my $s = $m->session; (keys %$s) . ' keys', ($m->sub_session_id ne $one ? 'another id' : 'same id') }));
show('1 explicit wins over the parameter', request({ visitor => $v, sub_session_id => $one }, sub { $_[0]->session(sub_session_id => $two)->{step} }));
show('2 unknown in the parameter: taken?', request({ visitor => $v, sub_session_id => 'f' x 40 }, sub { my $m = shift; $m->session; $m->sub_session_id eq 'f' x 40 ? 'yes' : 'no' }));
show('2 unknown explicit: taken?', request({ visitor => $v }, sub { my $m = shift; $m->session(sub_session_id => 'checkout'); $m->sub_session_id eq 'checkout' ? 'yes' : 'no' }));
show('3 new: empty, current', request({ visitor => $v, sub_session_id => $one }, sub { my $m = shift; my $s = $m->session(new => 1); (keys %$s) . ' keys', $m->sub_session_id ne $one ? 'another id' : 'same id' }));
show('3 clone: copy, current, old one stays', request({ visitor => $v, sub_session_id => $one }, sub { my $m = shift; my $s = $m->session(clone => 1, new => 1); $s->{step} . ' copied', $m->sub_session_id ne $one ? 'another id' : 'same id', exists $m->SUPER_session->{sub_sessions}{$one} ? 'old stays' : 'old gone' }));
show('3 clone: an array in the copy is that of the original', request({ visitor => $v, sub_session_id => $one }, sub { my $m = shift; my $old = $m->session; $old->{items} = ['tea']; my $copy = $m->session(clone => 1); push @{ $copy->{items} }, 'cup'; scalar @{ $old->{items} } == 2 ? 'shared' : 'own' }));
show('4 session() renews: the time is noted', request({ visitor => $v, sub_session_id => $one }, sub { my $m = shift; $m->SUPER_session->{sub_session_ids}{$one} = 5; $m->session; $m->SUPER_session->{sub_session_ids}{$one} > 5 ? 'yes' : 'no' }));
show('5 delete current: the next session is new', request({ visitor => $v, sub_session_id => $two }, sub { my $m = shift; $m->session; $m->delete_sub_session; my $s = $m->session; (keys %$s) . ' keys', $m->sub_session_id eq $two ? 'same id (the parameter is known no more)' : 'another id' }));
show('5 delete another: the current stays', request({ visitor => $v, sub_session_id => $one }, sub { my $m = shift; $m->session; $m->delete_sub_session(sub_session_id => 'checkout'); $m->sub_session_id eq $one ? 'yes' : 'no' }));
show('flaw: setting the id after the first use', request({ visitor => $v }, sub { my $m = shift; $m->session; $m->sub_session_id(sub_session_id => $one); $m->sub_session_id eq $one ? 'counts' : 'is ignored' }));
show('flaw: an id handed out and never opened is known next time', do { my ($id) = request({ visitor => $v }, sub { $_[0]->sub_session_id }); request({ visitor => $v, sub_session_id => $id }, sub { my $m = shift; $m->session; $m->sub_session_id eq $id ? 'yes' : 'no' }) });
show('flaw: deleting the current by its id, then session()', request({ visitor => $v, sub_session_id => $one }, sub { my $m = shift; $m->session; $m->delete_sub_session(sub_session_id => $one); my $s = $m->session; defined $s ? 'works' : 'session() answers undef' }));
show('6 deleting the parent deletes all', do { request({ visitor => $v }, sub { $_[0]->delete_session; 1 }); my ($seen) = request({ visitor => $v, sub_session_id => $two }, sub { my $m = shift; my $s = $m->session; (keys %$s) . ' keys' }); $seen });
my $expiring = interp(multi_session_expire => 10);
my $w = visitor();
my ($old) = request({ visitor => $w }, sub { my $m = shift; $m->session->{step} = 1; $m->SUPER_session->{sub_session_ids}{ $m->sub_session_id } = time - 11; $m->sub_session_id });
show('8 expired, asked for: still answered in the request that finds it', request({ visitor => $w, sub_session_id => $old }, sub { my $m = shift; my $s = $m->session; (keys %$s) . ' keys' }, $expiring));
request({ visitor => $w, sub_session_id => $old }, sub { my $m = shift; $m->SUPER_session->{sub_session_ids}{$old} = time - 11; 1 });
request({ visitor => $w }, sub { $_[0]->session; 1 }, $expiring);
show('8 expired, another request came in between', request({ visitor => $w, sub_session_id => $old }, sub { my $m = shift; my $s = $m->session; (keys %$s) . ' keys' }, $expiring));
show('no cap: 500 sub-sessions in one parent', request({ visitor => $w }, sub { my $m = shift; $m->session(new => 1) for 1 .. 500; scalar(keys %{ $m->SUPER_session->{sub_sessions} }) >= 500 ? 'yes' : 'no' }));
