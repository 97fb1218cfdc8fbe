using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;
using System.Text;
using Dyad.Core;
using Microsoft.Win32.SafeHandles;

namespace Dyad.Environments.Python;

/// <summary>
/// A child process with the bridge, one call at a time: a frame there and a frame back. A frame is a little-endian uint32 length, one
/// byte that says what it is, and the rest; docs/python.md lists them. No allocation in a call that returns.
/// </summary>
internal sealed class PythonChild : IDisposable
{
    private const int HeaderSize = 5;
    private const int RememberedLines = 20;
    private const int LongestStory = 600;

    private readonly string _name;
    private readonly Process _process;
    private readonly Stream _toChild;
    private readonly Stream _fromChild;
    private readonly Queue<string> _lines = new();
    private readonly Timer _watch;
    private readonly int _timeout;
    private byte[] _request = new byte[256];
    private byte[] _response = new byte[256];
    private int _requestSize;
    private string? _death;

    // Odd while a call goes on; the watch, which looks every second, compares.
    private int _call;
    private int _watchedCall;
    private int _watchedSeconds;
    private volatile bool _isOverdue;

    /// <summary>Starts a child.</summary>
    /// <param name="name">The task's name, for sentences.</param>
    /// <exception cref="UserError">Python cannot be started.</exception>
    public PythonChild(string name)
    {
        _name = name;
        _timeout = PythonStarter.TimeoutSeconds;
        _process = PythonStarter.Start();
        _toChild = Unbuffered(_process.StandardInput.BaseStream, FileAccess.Write);
        _fromChild = Unbuffered(_process.StandardOutput.BaseStream, FileAccess.Read);
        _process.ErrorDataReceived += (_, e) => Remember(e.Data);
        _process.BeginErrorReadLine();
        _watch = new Timer(_ => Watch(), null, 1000, 1000);
    }

    /// <summary>Begins a request.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="size">Bytes of its content.</param>
    /// <returns>Where the content goes.</returns>
    public Span<byte> Request(char kind, int size)
    {
        _requestSize = HeaderSize + size;
        if (_request.Length < _requestSize)
        {
            _request = new byte[Math.Max(_requestSize, 2 * _request.Length)];
        }

        BinaryPrimitives.WriteInt32LittleEndian(_request, size + 1);
        _request[4] = (byte)kind;
        return _request.AsSpan(HeaderSize, size);
    }

    /// <summary>Sends the request and waits for the answer.</summary>
    /// <param name="what">What the task is asked to do, for a sentence: "step 5 of an episode".</param>
    /// <returns>The content of the answer, until the next call.</returns>
    /// <exception cref="UserError">The task failed, the child ended or did not answer in time; the sentence has its last words.</exception>
    public ReadOnlySpan<byte> Send(string what)
    {
        if (_death is not null)
        {
            throw new UserError(_death);
        }

        Interlocked.Increment(ref _call);
        try
        {
            _toChild.Write(_request, 0, _requestSize);
            _toChild.Flush();
            Fill(HeaderSize);
            int size = BinaryPrimitives.ReadInt32LittleEndian(_response) - 1;
            byte kind = _response[4];
            if (size < 0 || kind is not ((byte)'O' or (byte)'E'))
            {
                Kill();
                throw new EndOfStreamException();
            }

            if (_response.Length < size)
            {
                _response = new byte[Math.Max(size, 2 * _response.Length)];
            }

            Fill(size);
            ReadOnlySpan<byte> content = _response.AsSpan(0, size);
            return kind == (byte)'O' ? content
                : throw new UserError($"{_name}: {what} failed: {OneLine.Of(Encoding.UTF8.GetString(content), LongestStory)}");
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _death = Death(what);
            throw new UserError(_death, e);
        }
        finally
        {
            Interlocked.Increment(ref _call);
        }
    }

    /// <summary>Ends the child.</summary>
    public void Dispose()
    {
        _watch.Dispose();
        try
        {
            // It sees the closed pipe, and gets a moment to close its task.
            _process.StandardInput.BaseStream.Dispose();
            if (!_process.WaitForExit(2000))
            {
                Kill();
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // It has gone already.
        }

        _toChild.Dispose();
        _fromChild.Dispose();
        _process.Dispose();
    }

    // The pipe's own stream reads and writes like a socket and allocates in each call.
    private static Stream Unbuffered(Stream stream, FileAccess access) => stream is PipeStream pipe
        ? new FileStream(new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false), access, bufferSize: 0)
        : stream;

    private void Fill(int size)
    {
        if (_fromChild.ReadAtLeast(_response.AsSpan(0, size), size, throwOnEndOfStream: false) < size)
        {
            throw new EndOfStreamException();
        }
    }

    private void Watch()
    {
        int call = Volatile.Read(ref _call);
        _watchedSeconds = call == _watchedCall && (call & 1) == 1 ? _watchedSeconds + 1 : 0;
        _watchedCall = call;
        if (_watchedSeconds >= _timeout)
        {
            _isOverdue = true;
            Kill();
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It has gone already.
        }
    }

    private string Death(string what)
    {
        // Ends the reading of standard error too, so that the last lines are there.
        bool hasEnded = _process.WaitForExit(5000);
        if (hasEnded)
        {
            _process.WaitForExit();
        }

        string how = _isOverdue
            ? string.Create(CultureInfo.InvariantCulture, $"did not answer within {_timeout} s ({PythonStarter.TimeoutVariable}) and was ended")
            : hasEnded ? string.Create(CultureInfo.InvariantCulture, $"ended with exit code {_process.ExitCode}") : "stopped answering";
        return $"{_name}: the Python process {how} in {what}{LastLines()}";
    }

    private string LastLines()
    {
        lock (_lines)
        {
            string story = string.Join(" | ", _lines.Where(line => line.Trim().Length > 0).Select(line => line.Trim()));
            return story.Length == 0 ? "" : $"; its last lines: {(story.Length <= LongestStory ? OneLine.Of(story, LongestStory) : "..." + OneLine.Of(story[^LongestStory..], LongestStory))}";
        }
    }

    private void Remember(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_lines)
        {
            _lines.Enqueue(line.Length <= LongestStory ? line : line[..LongestStory]);
            if (_lines.Count > RememberedLines)
            {
                _lines.Dequeue();
            }
        }
    }
}
