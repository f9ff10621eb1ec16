"""What bridges share: publishing, the inbox, SFTP drop, HTTPS in, webhook out, row reports."""
