namespace Pipeline.Golden;
