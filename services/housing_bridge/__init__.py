"""The bridge of one housing authority: tenancies in, duty-to-refer referrals and notices out."""
