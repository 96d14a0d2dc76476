"""Where a business shapes its portal: `/desk/setup/`."""
