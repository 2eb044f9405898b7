from tinygrad_ext._run import main

if __name__ == "__main__":
    main()
