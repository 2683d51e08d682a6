"""Links to merchants that pay for sales: where they lead, who followed them, and what the merchants' reports say."""
