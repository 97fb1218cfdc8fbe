namespace Dyad.Core;

/// <summary>Why a file or folder could not be read or written, in our words: those of the platform differ, and name paths of their own.</summary>
internal static class IoSentence
{
    private const int Closed = 9;
    private const int Windows = unchecked((int)0x80070000);

    /// <summary>Whether an exception is about a file or folder, or about a stream.</summary>
    public static bool Tells(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>The reason, as the end of a sentence: "the disk is full".</summary>
    /// <param name="e">What was thrown.</param>
    public static string Of(Exception e) => e switch
    {
        FileNotFoundException => "there is no such file or folder",
        DirectoryNotFoundException => "a folder of its path is missing",
        PathTooLongException => "its name is too long",
        EndOfStreamException => "it is cut off",
        UnauthorizedAccessException => e.InnerException is { } inner && inner.HResult == Closed ? OfCode(Closed)! : "there is no permission",
        _ => OfCode(e.HResult) ?? OneLine.Of(e.Message.Split(" : '")[0].TrimEnd('.'), 200),
    };

    /// <summary>The reason why a file cannot be read; of a folder the platform says that there is no permission.</summary>
    /// <param name="e">What was thrown.</param>
    /// <param name="path">The file.</param>
    public static string Of(Exception e, string path) => Directory.Exists(path) ? "it is a folder" : Of(e);

    // Linux and macOS hand out the number of the error, Windows its own in 0x8007xxxx.
    private static string? OfCode(int code) => code switch
    {
        28 or Windows + 112 or Windows + 39 => "the disk is full",
        122 or 69 => "the quota of the disk is used up",
        30 or Windows + 19 => "the file system is read-only",
        5 or Windows + 1117 => "the device failed",
        Closed => "it is closed",
        11 or 35 or Windows + 32 or Windows + 33 => "another process uses it",
        16 or 26 => "it is in use",
        17 or Windows + 80 or Windows + 183 => "something else of that name is there",
        20 or Windows + 267 => "a part of its path is a file and no folder",
        21 => "it is a folder",
        22 or Windows + 123 => "the file system does not take its name or size",
        23 or 24 or Windows + 4 => "too many files are open",
        27 => "it is too large for the file system",
        32 or Windows + 109 or Windows + 232 => "nobody reads it any more",
        36 or 63 => "its name is too long",
        39 or 66 or Windows + 145 => "the folder is not empty",
        40 or 62 => "its links lead round in circles",
        107 or 116 or 70 => "the network or its file system is gone",
        _ => null,
    };
}
